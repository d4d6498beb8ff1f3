"""``python -m driftline``: what the command ``driftline`` does, where its folder is not on the path.

Enters: the words behind it. Leaves: whatever the command prints, and its exit code. Imported, it does nothing.
"""

from driftline.cli.main import main

if __name__ == "__main__":
    main()
