-- What a second look made of a finding. An older version writes none of it, and reads past it.
alter table findings
  add column look_verdict text check (look_verdict in ('confirmed', 'refuted', 'unsure')),
  add column look_reason text,
  add column look_model text, -- null when no verdict came
  add column look_certainty double precision check (look_certainty between 0 and 1),
  add column claimed_severity text check (claimed_severity in ('critical', 'high', 'medium', 'low')), -- the finder's word
  add check ((look_verdict is null) = (look_reason is null)),
  add check ((look_verdict is null) = (claimed_severity is null)),
  add check ((look_model is null) = (look_certainty is null));
