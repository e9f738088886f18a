-- How often something was tried that may be tried so often only, counted by all replicas together.
create table attempts (
  key   varchar(200) not null,
  count integer      not null,
  until timestamp(6) with time zone not null,
  constraint attempts_pkey primary key (key)
);

create index attempts_until_idx on attempts (until);
