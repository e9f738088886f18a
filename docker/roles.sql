-- The two roles of a database, made once by its administrator: one owns the schema and migrates it, the other is the
-- service's and may only read and write rows. Each needs a password of its own: ALTER ROLE quire_service PASSWORD ….
create role quire_owner login;
create role quire_service login;
grant usage, create on schema public to quire_owner;
grant usage on schema public to quire_service;
alter default privileges for role quire_owner in schema public
  grant select, insert, update, delete on tables to quire_service;
-- How long the service's statements wait: for a row that somebody else has locked, for their end, and for the next one of
-- a transaction. None of it is longer than the 10 seconds that a request has. The owner, who migrates, has no such limits.
alter role quire_service set lock_timeout = '4s';
alter role quire_service set statement_timeout = '8s';
alter role quire_service set idle_in_transaction_session_timeout = '10s';
