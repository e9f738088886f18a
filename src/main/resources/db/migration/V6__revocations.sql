-- Whose tokens are refused, or have the role admin no longer, though they have not expired. Every replica listens.
create table revocations (
  user_id bigint  not null,
  deleted boolean not null,
  at      timestamp(6) with time zone not null,
  constraint revocations_pkey primary key (user_id, deleted)
);

create function revoke_tokens() returns trigger language plpgsql as $$
declare
  revoked revocations;
begin
  -- By now every token of before has expired.
  delete from revocations where (user_id, deleted) in (
    select user_id, deleted from revocations where at < now() - interval '1 hour' for update skip locked);
  -- The clock, since whoever looked this user up for a token had the row until now.
  insert into revocations values (old.id, tg_op = 'DELETE', clock_timestamp())
    on conflict (user_id, deleted) do update set at = excluded.at
    returning * into revoked;
  perform pg_notify('revocations',
    concat_ws(' ', revoked.user_id, revoked.deleted, floor(extract(epoch from revoked.at))));
  return null;
end $$;
create trigger tokens_of_deleted after delete on users
  for each row execute function revoke_tokens();
create trigger tokens_of_demoted after update of admin on users
  for each row when (old.admin and not new.admin) execute function revoke_tokens();

create index users_admin_idx on users (id) where admin;
