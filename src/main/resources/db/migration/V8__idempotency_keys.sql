-- The answers to requests that may be sent again: each in the transaction of what it tells.
create table idempotency_keys (
  -- A hash of the key and of whose it is, and one of the request that the key itself is needed for: a body may hold a
  -- password, and who reads this table can't try passwords.
  id          bytea not null,
  fingerprint bytea not null,
  user_id     bigint,
  place       text,
  body        text,
  created_at  timestamp(6) with time zone not null default now(),
  constraint idempotency_keys_pkey primary key (id),
  constraint idempotency_keys_user_id_fkey foreign key (user_id) references users on delete cascade
);

create index idempotency_keys_user_id_idx on idempotency_keys (user_id);

create index idempotency_keys_created_at_idx on idempotency_keys (created_at);
