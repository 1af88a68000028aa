UPDATE api_key SET digest = :digest, hint = :hint WHERE id = :id
