#!/bin/sh
# Runs the DAG beside this script with a real Airflow that sends its events to a real Driftline, and asks for the lineage.
# Everything is made in a temporary folder, which goes at the end, as does every process that was started here.
# KEEP=folder keeps Airflow's virtual environment (300 MB) there for the next time; DRIFTLINE=… names the command.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
driftline=${DRIFTLINE:-$root/.venv/bin/driftline}
folder=$(mktemp -d)
server=
trap 'if [ -n "$server" ]; then kill "$server"; wait "$server" || true; fi; rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM

say() { echo; echo "\$ $*"; }
quietly() { "$@" >>"$folder/log" 2>&1 || { cat "$folder/log" >&2; exit 1; }; }

venv=${KEEP:-$folder/venv}
if [ ! -x "$venv/bin/airflow" ]; then
    echo "Installing Airflow (about a minute)"
    quietly "$(sh "$root/tools/find_python.sh")" -m venv "$venv"
    quietly "$venv/bin/pip" install apache-airflow==3.3.2 apache-airflow-providers-openlineage==2.20.3
fi

export DRIFTLINE_HOME="$folder/driftline"
$driftline serve --port 0 --json >"$folder/ready" 2>"$folder/server.log" &
server=$!
until [ -s "$folder/ready" ]; do
    kill -0 "$server" || { cat "$folder/server.log" >&2; exit 1; }
    sleep 0.1
done
url=$(sed 's/.*"address": *"\([^"]*\)".*/\1/' "$folder/ready")

export AIRFLOW__OPENLINEAGE__TRANSPORT="{\"type\": \"http\", \"url\": \"$url\"}"
export AIRFLOW__OPENLINEAGE__NAMESPACE=shop
export AIRFLOW__CORE__DAGS_FOLDER="$here/dags"
export AIRFLOW__CORE__LOAD_EXAMPLES=false
export AIRFLOW__USAGE_DATA_COLLECTION__ENABLED=false
export AIRFLOW_HOME="$folder/airflow"
export NO_PROXY=127.0.0.1
export PATH="$venv/bin:$PATH" # Airflow starts itself by its name

quietly airflow db migrate
for time in first second; do
    echo "$ airflow dags test daily_orders 2024-01-31 # the $time time"
    quietly airflow dags test daily_orders 2024-01-31
done

say "driftline lineage dataset:file:/shop/report.html"
$driftline lineage dataset:file:/shop/report.html
say "GET /api/v1/overview"
python -c 'import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode())' "$url/api/v1/overview"
