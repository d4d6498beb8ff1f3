"""The medallion layout over Parquet, with data contracts between its layers. Run with: bronze silver gold"""

import sys

import layers

if __name__ == "__main__":
    for step in sys.argv[1:] or ["bronze", "silver", "gold"]:
        getattr(layers, step)()
