"""When and how collectors run: schedule, ticks, deadlines, and the check of what a run returned."""
