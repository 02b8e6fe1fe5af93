-- Whoever looks at a dead letter's personal data is recorded as whoever replays it is.
alter table dead_letter_action drop constraint dead_letter_action_action_check;
alter table dead_letter_action add constraint dead_letter_action_action_check
    check (action in ('replay', 'edit-and-replay', 'discard', 'reveal', 'erase'));
