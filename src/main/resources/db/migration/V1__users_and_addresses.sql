-- Text without regard to case, in every script and whatever the locale of the cluster.
create function fold(value text) returns text
  language sql immutable strict parallel safe
  return lower(normalize(value, NFC) collate "und-x-icu");

create table addresses (
  id      bigint       generated always as identity,
  version integer      not null default 0,
  street  varchar(200) not null,
  city    varchar(100) not null,
  country varchar(100) not null,
  constraint addresses_pkey primary key (id)
);

create table users (
  id            bigint       generated always as identity,
  version       integer      not null default 0,
  email         varchar(254) not null,
  name          varchar(100) not null,
  password_hash varchar(255) not null,
  admin         boolean      not null default false,
  address_id    bigint,
  created_by_id bigint,
  created_at    timestamp(6) with time zone not null default now(),
  updated_at    timestamp(6) with time zone not null default now(),
  constraint users_pkey primary key (id),
  constraint users_address_id_key unique (address_id),
  constraint users_address_id_fkey foreign key (address_id) references addresses (id),
  constraint users_created_by_id_fkey foreign key (created_by_id) references users (id) on delete set null
);

create unique index users_email_key on users (fold(email));
create index users_created_by_id_idx on users (created_by_id);
