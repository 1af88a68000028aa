SELECT digest, answer FROM kept_answer
WHERE actor = :actor AND operation = :operation AND key = :key
