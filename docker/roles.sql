-- The two roles of a database, made once by its administrator: one owns the schema and migrates it, the other is the
-- service's and may only read and write rows. Each needs a password of its own: ALTER ROLE quire_service PASSWORD ….
create role quire_owner login;
create role quire_service login;
grant usage, create on schema public to quire_owner;
grant usage on schema public to quire_service;
alter default privileges for role quire_owner in schema public
  grant select, insert, update, delete on tables to quire_service;
