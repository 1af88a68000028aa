-- Answers to requests that bore an idempotency key, by who asked. Without an answer: the answer told a secret.
CREATE TABLE kept_answer (
    actor TEXT NOT NULL,
    operation TEXT NOT NULL,
    key TEXT NOT NULL,
    digest TEXT NOT NULL,
    answer TEXT,
    created BIGINT NOT NULL,
    PRIMARY KEY (actor, operation, key)
);

CREATE INDEX kept_answer_created ON kept_answer (created);
