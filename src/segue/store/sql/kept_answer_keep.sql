UPDATE kept_answer SET answer = :answer
WHERE actor = :actor AND operation = :operation AND key = :key
