"""PromQL in the pytest process: parser, engine, rule tests and the pytest plugin."""
