"""The series notation of test files, `a+bxn` and its kind, as samples."""
