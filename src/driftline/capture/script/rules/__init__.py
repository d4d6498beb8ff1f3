"""What pandas and its neighbours do with columns and rows: tables of small rules, by name."""
