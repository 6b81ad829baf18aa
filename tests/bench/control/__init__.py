"""What ours is measured against: a bare Django site and a bare Celery worker."""
