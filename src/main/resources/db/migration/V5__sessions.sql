-- A log-in, on one device: the family of its refresh tokens. Of a token there is only a hash.
create table sessions (
  id            bigint       generated always as identity,
  version       integer      not null default 0,
  user_id       bigint       not null,
  user_agent    varchar(300),
  created_at    timestamp(6) with time zone not null,
  used_at       timestamp(6) with time zone not null,
  key           bytea        not null,
  current_hash  bytea        not null,
  previous_hash bytea,
  seed          bytea,
  refreshed_at  timestamp(6) with time zone,
  constraint sessions_pkey primary key (id),
  constraint sessions_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);

create index sessions_user_id_idx on sessions (user_id, used_at, id);
-- What has expired is found by these.
create index sessions_used_at_idx on sessions (used_at);
create index sessions_created_at_idx on sessions (created_at);
