-- What a comparison with all other claims of a review says of a finding.

-- 0 to 1: that the author would change something because of it; null where there was none.
alter table findings add column worth double precision;
