-- What was asked before about the same unit, newest first: for whoever wants to know why a question was paid again.
create index llm_calls_by_unit on llm_calls (unit, id);
