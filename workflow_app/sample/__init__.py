"""The sample company 恒泰商贸: last year's cycle finished, this year's in the middle of it.

Everything here goes through the services that people's clicks go through, at moments in the past, so
what stands in a sample database is what the system itself would have written.
"""
