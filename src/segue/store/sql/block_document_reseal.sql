UPDATE block_document SET sealed = :sealed, key_id = :key_id WHERE id = :id
