UPDATE lease SET fence = fence + :past
