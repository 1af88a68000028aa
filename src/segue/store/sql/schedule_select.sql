SELECT body, cursor, planned, wake, short FROM schedule
