SELECT digest, lease_id, actor, rights FROM run_token WHERE digest = :digest
