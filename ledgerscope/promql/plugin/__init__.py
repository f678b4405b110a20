"""The pytest plugin: collects rule tests and scripts, reports them, adds the `promql` fixture."""
