"""The only place that knows everybody: command line, files, charts."""
