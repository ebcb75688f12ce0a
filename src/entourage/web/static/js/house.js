// What the pages of those signed in run besides: the live line, the drawer, the search, birthdays.

import "./live.js";
import "./colours.js";
import "./drawer.js";
import "./following.js";
import "./links.js";
import "./search.js";
import "./birthdays.js";
