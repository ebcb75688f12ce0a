// The week as 7 × 24 cells: a chart for the eye, with the table of the same numbers behind it.

import { number, t } from "./words.js";

const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const drawnCharts = new Map();
let library = null;

function load() {
  library ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = "/static/vendor/echarts.min.js";
    script.onload = () => done(window.echarts);
    script.onerror = failed;
    document.head.append(script);
  });
  return library;
}

function options({ days, hours, grid, unit }) {
  const cells = grid.flatMap((row, day) => row.map((value, hour) => [hour, day, value]));
  const most = Math.max(1, ...cells.map((cell) => cell[2]));
  const fontFamily = getComputedStyle(document.body).fontFamily; // a canvas cannot inherit it
  const words = { color: style("--quiet"), fontSize: 12, fontFamily };
  return {
    animation: false,
    aria: { enabled: false }, // the table behind says it better
    grid: { left: 36, right: 4, top: 4, bottom: 24 },
    xAxis: { type: "category", data: hours, axisTick: { show: false }, axisLine: { show: false }, axisLabel: { ...words, interval: 2 }, splitArea: { show: false } },
    yAxis: { type: "category", data: days, inverse: true, axisTick: { show: false }, axisLine: { show: false }, axisLabel: { ...words, interval: 0 } },
    tooltip: {
      renderMode: "richText", // no style attributes: the page's policy forbids them
      backgroundColor: style("--raised-more"), borderColor: style("--line"), textStyle: { color: style("--words"), fontSize: 12, fontFamily },
      formatter: ({ value }) => `${days[value[1]]} ${hours[value[0]]}:00\n${number(value[2])} ${unit}`,
    },
    visualMap: { show: false, min: 0, max: most, inRange: { color: shades() } },
    series: [{
      type: "heatmap", data: cells, emphasis: { itemStyle: { borderColor: style("--words"), borderWidth: 1 } },
      itemStyle: { borderColor: style("--raised"), borderWidth: 2, borderRadius: 4 },
    }],
  };
}

const shades = () => (document.documentElement.dataset.bsTheme === "light"
  ? ["#eceef5", "#d9d0fa", "#b3a0f3", "#8b6cff", "#5a3bd0", "#38208f"]
  : ["#1d2432", "#332b63", "#5a43b0", "#8b6cff", "#b39dff", "#e4dcff"]);

function read(place) {
  const table = document.getElementById(place.dataset.heatmap);
  const rows = [...table.tBodies[0].rows];
  return {
    days: rows.map((row) => row.cells[0].dataset.short ?? row.cells[0].textContent.trim()),
    hours: [...table.tHead.rows[0].cells].slice(1).map((cell) => cell.textContent.trim()),
    grid: rows.map((row) => [...row.cells].slice(1).map((cell) => Number(cell.dataset.n))),
    unit: place.dataset.unit ?? t("times seen"),
  };
}

async function draw(root = document) {
  const places = [...root.querySelectorAll("[data-heatmap]")].filter((place) => !drawnCharts.has(place));
  if (!places.length) return;
  const echarts = await load();
  for (const [place, chart] of drawnCharts) {
    if (!place.isConnected) {
      chart.dispose();
      drawnCharts.delete(place);
    }
  }
  for (const place of places) {
    if (!place.isConnected) continue;
    const chart = echarts.init(place, null, { renderer: "canvas" });
    chart.setOption(options(read(place)));
    drawnCharts.set(place, chart);
    new ResizeObserver(() => chart.resize()).observe(place);
  }
}

document.addEventListener("theme", () => {
  for (const [place, chart] of drawnCharts) chart.setOption(options(read(place)), true);
});
document.body.addEventListener("htmx:afterSwap", ({ detail }) => draw(detail.target));
document.addEventListener("drawer", () => draw());
draw();
