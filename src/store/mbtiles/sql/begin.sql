-- One transaction for the whole file.
BEGIN
