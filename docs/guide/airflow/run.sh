#!/bin/sh
# Runs the DAG beside this script with a real Airflow that sends its events to a real Driftline, then asks Driftline.
# Everything is made in a temporary folder, which is removed at the end; so is every process that was started here.
# KEEP=folder keeps Airflow's virtual environment (300 MB) there for the next time. DRIFTLINE=… names the command.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
driftline=${DRIFTLINE:-$root/.venv/bin/driftline}
folder=$(mktemp -d)
server=
trap 'if [ -n "$server" ]; then kill "$server"; wait "$server" || true; fi; rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM

venv=${KEEP:-$folder/venv}
if [ ! -x "$venv/bin/airflow" ]; then
    python=$(sh "$root/tools/find_python.sh")
    "$python" -m venv "$venv"
    "$venv/bin/pip" install --quiet apache-airflow==3.3.2 apache-airflow-providers-openlineage==2.20.3
fi

export DRIFTLINE_HOME="$folder/driftline"
$driftline serve --port 0 --json >"$folder/address" 2>"$folder/server.log" &
server=$!
until [ -s "$folder/address" ]; do
    kill -0 "$server" || { cat "$folder/server.log" >&2; exit 1; }
    sleep 0.1
done
url=$(sed 's/.*"address": *"\([^"]*\)".*/\1/' "$folder/address")

export AIRFLOW_HOME="$folder/airflow"
export AIRFLOW__CORE__DAGS_FOLDER="$here/dags"
export AIRFLOW__CORE__LOAD_EXAMPLES=false
export AIRFLOW__USAGE_DATA_COLLECTION__ENABLED=false
export AIRFLOW__OPENLINEAGE__NAMESPACE=shop
export AIRFLOW__OPENLINEAGE__TRANSPORT="{\"type\": \"http\", \"url\": \"$url\"}"
export PATH="$venv/bin:$PATH" # Airflow starts itself by name

airflow db migrate >"$folder/airflow.log" 2>&1
for attempt in first second; do
    echo "airflow dags test daily_orders 2024-01-31 ($attempt time)"
    airflow dags test daily_orders 2024-01-31 >>"$folder/airflow.log" 2>&1 || { cat "$folder/airflow.log" >&2; exit 1; }
done

echo
echo "driftline lineage report.html"
$driftline lineage dataset:file:/shop/report.html
echo
echo "driftline lineage --list"
$driftline lineage --list
