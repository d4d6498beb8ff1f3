# Prints the command of a Python that is new enough. A command that exists but does not run (a version manager's shim)
# is passed over. PYTHON=… names one to try first.
for candidate in $PYTHON python3.11 python3.12 python3.13 python3 python; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        echo "$candidate"
        exit 0
    fi
done
echo "Driftline needs Python 3.11 or newer, and none was found." >&2
echo "Hint: install it (on Debian or Ubuntu: apt-get install python3 python3-venv), or name one: make demo PYTHON=/path/to/python3" >&2
exit 1
