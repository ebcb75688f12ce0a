#!/bin/sh
# Makes the secrets of compose.yaml, each in a file of its own; what is there already is left as it is.
set -eu
folder="${1:-$(dirname "$0")/secrets}"
umask 077
mkdir -p "$folder"
cd "$folder"

random() { head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n'; }
keep() { [ -e "$1" ] || printf '%s' "$2" > "$1"; }

keep postgres_password "$(random | tr -d '=')"
keep entourage_password "$(random | tr -d '=')"
keep secret_keys "$(random)"
keep metrics_token "$(random | tr -d '=')"
keep cron_secret "$(random | tr -d '=')"
keep twitch_client_secret "" # of your Twitch app; without one people sign in by a code
keep fanvue_client_secret "" # of your Fanvue app, and what it signs events with; both can be typed on the page instead
keep fanvue_webhook_secret ""
keep llm_api_key "" # of your language model
keep database_url "postgresql://entourage:$(cat entourage_password)@postgres/entourage"
# The user of a container reads them through a mount; on this machine nobody else gets into the folder.
chmod 0444 postgres_password entourage_password secret_keys metrics_token cron_secret twitch_client_secret database_url fanvue_client_secret fanvue_webhook_secret llm_api_key
chmod 0700 .
echo "The secrets are in $(pwd). Keep secret_keys safe: without it connections cannot be opened again."
