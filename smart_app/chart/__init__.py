"""The patient's chart, read with the launch's token: measurements and medicines, as series and on a line of time."""
