UPDATE schedule SET cursor = :cursor, planned = :planned, wake = :wake, short = :short WHERE id = :id
