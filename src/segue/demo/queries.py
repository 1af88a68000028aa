"""The SQL of the pipeline, in the order of its use."""

#: Numbers are written as `NA` where the publisher has none.
READ = "COPY (SELECT * FROM read_csv($csv, nullstr = 'NA')) TO '{parquet}' (FORMAT parquet)"

LOAD = "CREATE TABLE {table} AS SELECT * FROM read_parquet($parquet)"

COUNT_ROWS = "SELECT count(*) FROM {table}"

COUNT_NULLS = "SELECT count(*) - count({column}) FROM {table}"

#: Weather is joined by instant: by local month, day and hour, the hour that a clock change repeats would count twice.
JOIN = """
CREATE OR REPLACE TABLE joined AS
SELECT
    flights.carrier, airlines.name AS airline, flights.month, flights.day, flights.origin, flights.dest,
    airports.name AS destination, flights.dep_delay, flights.dep_time IS NULL AS cancelled,
    flights.year - planes.year AS plane_age, weather.precip, weather.visib
FROM flights
LEFT JOIN airlines USING (carrier)
LEFT JOIN planes USING (tailnum)
LEFT JOIN airports ON airports.faa = flights.dest
LEFT JOIN weather ON weather.origin = flights.origin AND weather.time_hour = flights.time_hour
"""

#: "Late" as the United States Department of Transportation counts it: 15 minutes or more. Two carriers report fleet numbers
#: where tail numbers belong, so few of their planes are known: then a mean age would mislead and is left out.
CARRIERS = """
SELECT
    airline, count(*), count(*) FILTER (cancelled), avg(dep_delay),
    count(*) FILTER (dep_delay >= 15) / count(dep_delay),
    CASE WHEN count(plane_age) * 2 >= count(*) THEN avg(plane_age) END
FROM joined
GROUP BY airline
ORDER BY count(*) DESC
"""

MONTH = """
WITH flown AS (SELECT * FROM joined WHERE month = $month),
worst AS (SELECT day, avg(dep_delay) AS delay FROM flown GROUP BY day ORDER BY delay DESC, day LIMIT 1)
SELECT
    count(*), count(*) FILTER (cancelled), avg(dep_delay), avg(dep_delay) FILTER (precip > 0),
    any_value(worst.day), any_value(worst.delay)
FROM flown, worst
"""
