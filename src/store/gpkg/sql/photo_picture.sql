SELECT picture FROM report_photos WHERE report = ?1 AND number = ?2
