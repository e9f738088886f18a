-- An email is confirmed once its owner has used what was mailed to it. A changed one waits until then.
alter table users
  add column email_confirmed boolean not null default false,
  add column pending_email   varchar(254);

-- Ends all access tokens of a user, as a deletion does.
create function revoke_tokens_of(revoked_id bigint) returns integer language plpgsql as $$
declare
  revoked revocations;
begin
  insert into revocations values (revoked_id, true, clock_timestamp())
    on conflict (user_id, deleted) do update set at = excluded.at
    returning * into revoked;
  perform pg_notify('revocations',
    concat_ws(' ', revoked.user_id, revoked.deleted, floor(extract(epoch from revoked.at))));
  return 1;
end $$;

-- Mails that wait to be sent, each in the transaction of the request that asked for it. There is no token in them: the
-- sender creates it, for known addresses and for unknown ones alike.
create table mails (
  id         bigint       generated always as identity,
  kind       varchar(20)  not null,
  address    varchar(254) not null,
  language   varchar(2)   not null,
  user_id    bigint,
  -- A registration, encrypted
  content    bytea,
  attempts   integer      not null default 0,
  -- Attempts of which nobody knows whether the server has taken the mail
  doubts     integer      not null default 0,
  due_at     timestamp(6) with time zone not null default now(),
  created_at timestamp(6) with time zone not null default now(),
  constraint mails_pkey primary key (id),
  constraint mails_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);

create index mails_due_at_idx on mails (due_at);
create index mails_user_id_idx on mails (user_id);

-- What was mailed, as keyed hashes. The newest replaces the one before it: there is one for each subject, which is an
-- address, or the id of a user.
create table mail_tokens (
  purpose    varchar(20)  not null,
  subject    varchar(254) not null,
  -- Null for an address that no user has, whose codes are guessed at in vain
  user_id    bigint,
  address    varchar(254) not null,
  token_hash varchar(43)  not null,
  code_hash  varchar(43)  not null,
  tries      integer      not null default 0,
  content    bytea,
  expires_at timestamp(6) with time zone not null,
  constraint mail_tokens_pkey primary key (purpose, subject),
  constraint mail_tokens_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);

create index mail_tokens_token_hash_idx on mail_tokens (token_hash);
create index mail_tokens_user_id_idx on mail_tokens (user_id);
create index mail_tokens_expires_at_idx on mail_tokens (expires_at);

-- The second factor of users that have one (RFC 6238). It counts once it was confirmed by a code.
create table totps (
  user_id   bigint  not null,
  -- Encrypted
  secret    bytea   not null,
  confirmed boolean not null default false,
  -- The time step of the last code: no code is good twice.
  last_step bigint  not null default 0,
  constraint totps_pkey primary key (user_id),
  constraint totps_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);

create table totp_recovery_codes (
  user_id   bigint      not null,
  code_hash varchar(43) not null,
  constraint totp_recovery_codes_pkey primary key (user_id, code_hash),
  constraint totp_recovery_codes_user_id_fkey foreign key (user_id) references totps (user_id) on delete cascade
);
