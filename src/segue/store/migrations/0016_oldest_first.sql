-- Nothing here: an index of SQLite serves both directions, wherever its NULLs are to stand.
SELECT 1;
