"""The tests: units, the API over HTTP, contracts of providers, a browser, and the house."""
