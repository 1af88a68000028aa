-- What is past its keep time is first deleted a day after the database was made, or upgraded to this.
INSERT INTO meta (key, value) VALUES ('tidiness', json_object('last', strftime('%Y-%m-%dT%H:%M:%fZ', 'now')));
