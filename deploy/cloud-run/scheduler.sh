#!/bin/sh
# Cloud Scheduler: asks every minute that expired VIPs be looked for. The worker does so by itself; this is a second pair of eyes,
# and wakes a house whose services were scaled to nothing.
#   PUBLIC_URL=https://... REGION=europe-west3 sh deploy/cloud-run/scheduler.sh
set -eu
: "${PUBLIC_URL:?the address of the web service}" "${REGION:?a region}"
secret="$(gcloud secrets versions access latest --secret entourage-cron-secret)"
if gcloud scheduler jobs describe entourage-expired-vips --location "$REGION" >/dev/null 2>&1; then verb=update; header=--update-headers
else verb=create; header=--headers; fi
gcloud scheduler jobs "$verb" http entourage-expired-vips --location "$REGION" --schedule "* * * * *" --time-zone Etc/UTC \
  --uri "$PUBLIC_URL/api/cron/remove-expired-vips" --http-method POST "$header" "Authorization=Bearer $secret" \
  --attempt-deadline 60s --max-retry-attempts 3
