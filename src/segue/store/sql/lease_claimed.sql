UPDATE lease SET claim = :claim WHERE id = :id
