"""The words of the field: site, requests, tariffs, time grid, series, plan. No IO, no clock."""
