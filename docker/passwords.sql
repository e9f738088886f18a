-- The passwords of the two roles, from the environment of psql
\getenv owner QUIRE_OWNER_PASSWORD
\getenv service QUIRE_SERVICE_PASSWORD
alter role quire_owner password :'owner';
alter role quire_service password :'service';
