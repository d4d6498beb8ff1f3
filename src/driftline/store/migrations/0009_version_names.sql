-- compatible: 8
-- Versions by what they are called: which datasets hold a content.
create index version_named on version (version, since_us);
