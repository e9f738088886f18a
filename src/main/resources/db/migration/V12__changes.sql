-- The last change of each row that anybody can be told of. Triggers write it, so that SQL typed by hand and cascades count.
create table changes (
  kind       text   not null,
  id         bigint not null,
  -- The category of a link, 0 for other kinds
  other      bigint not null default 0,
  -- The transaction of the last change. Those below the oldest running one are all there, and no more will come.
  changed_in xid8   not null default pg_current_xact_id(),
  deleted_at timestamp(6) with time zone,
  constraint changes_pkey primary key (kind, id, other)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);

-- The database that the changes are of. A dump, and a copy by "create database template", name another database than the
-- one that they are restored into, whose transactions have other numbers.
create table change_histories (
  system     bigint not null,
  database   oid    not null,
  relation   oid    not null,
  -- The last transaction of which a tombstone was removed
  expired_in xid8   not null default '0',
  constraint change_histories_pkey primary key (system, database, relation)
);

-- Rows keep their ids, which are generated always.
create function record_rows() returns trigger language plpgsql as $$
begin
  insert into "${flyway:defaultSchema}".changes (kind, id, deleted_at)
    select tg_argv[0], id, case when tg_op = 'DELETE' then now() end from changed
  on conflict (kind, id, other) do update set changed_in = excluded.changed_in, deleted_at = excluded.deleted_at;
  return null;
end $$;

create function record_links() returns trigger language plpgsql as $$
begin
  insert into "${flyway:defaultSchema}".changes (kind, id, other, deleted_at)
    select 'link', post_id, category_id, case when tg_op = 'DELETE' then now() end from changed
  on conflict (kind, id, other) do update set changed_in = excluded.changed_in, deleted_at = excluded.deleted_at;
  return null;
end $$;

-- By hand only: the service deletes links, and inserts others.
create function record_moved_links() returns trigger language plpgsql as $$
begin
  insert into "${flyway:defaultSchema}".changes (kind, id, other, deleted_at)
    select 'link', post_id, category_id, case when bool_or(stays) then null else now() end
    from (select post_id, category_id, false stays from before union all select post_id, category_id, true from changed) l
    group by post_id, category_id
  on conflict (kind, id, other) do update set changed_in = excluded.changed_in, deleted_at = excluded.deleted_at;
  return null;
end $$;

-- Everybody may know the name of a user, and users themselves the rest.
create function record_users() returns trigger language plpgsql as $$
begin
  insert into "${flyway:defaultSchema}".changes (kind, id, deleted_at)
    select kind, id, case when tg_op = 'DELETE' then now() end
    from changed, unnest(array['author', 'user']) kind
  on conflict (kind, id, other) do update set changed_in = excluded.changed_in, deleted_at = excluded.deleted_at;
  return null;
end $$;

create function record_changed_users() returns trigger language plpgsql as $$
begin
  insert into "${flyway:defaultSchema}".changes (kind, id)
    select 'user', id from changed
    union all
    select 'author', c.id from changed c join before b on b.id = c.id where b.name <> c.name
  on conflict (kind, id, other) do update set changed_in = excluded.changed_in, deleted_at = null;
  return null;
end $$;

create function record_addresses() returns trigger language plpgsql as $$
begin
  insert into "${flyway:defaultSchema}".changes (kind, id)
    select 'user', u.id from "${flyway:defaultSchema}".users u join changed c on c.id = u.address_id
  on conflict (kind, id, other) do update set changed_in = excluded.changed_in, deleted_at = null;
  return null;
end $$;

-- A table that is emptied at once
create function record_emptied() returns trigger language plpgsql as $$
begin
  update "${flyway:defaultSchema}".changes set changed_in = pg_current_xact_id(), deleted_at = now()
  where kind = any (tg_argv) and deleted_at is null;
  return null;
end $$;

create trigger changes_of_inserted after insert on posts
  referencing new table as changed for each statement execute function record_rows('post');
create trigger changes_of_updated after update on posts
  referencing new table as changed for each statement execute function record_rows('post');
create trigger changes_of_deleted after delete on posts
  referencing old table as changed for each statement execute function record_rows('post');
create trigger changes_of_emptied after truncate on posts
  for each statement execute function record_emptied('post');

create trigger changes_of_inserted after insert on categories
  referencing new table as changed for each statement execute function record_rows('category');
create trigger changes_of_updated after update on categories
  referencing new table as changed for each statement execute function record_rows('category');
create trigger changes_of_deleted after delete on categories
  referencing old table as changed for each statement execute function record_rows('category');
create trigger changes_of_emptied after truncate on categories
  for each statement execute function record_emptied('category');

create trigger changes_of_inserted after insert on comments
  referencing new table as changed for each statement execute function record_rows('comment');
create trigger changes_of_updated after update on comments
  referencing new table as changed for each statement execute function record_rows('comment');
create trigger changes_of_deleted after delete on comments
  referencing old table as changed for each statement execute function record_rows('comment');
create trigger changes_of_emptied after truncate on comments
  for each statement execute function record_emptied('comment');

create trigger changes_of_inserted after insert on post_categories
  referencing new table as changed for each statement execute function record_links();
create trigger changes_of_updated after update on post_categories
  referencing old table as before new table as changed for each statement execute function record_moved_links();
create trigger changes_of_deleted after delete on post_categories
  referencing old table as changed for each statement execute function record_links();
create trigger changes_of_emptied after truncate on post_categories
  for each statement execute function record_emptied('link');

create trigger changes_of_inserted after insert on users
  referencing new table as changed for each statement execute function record_users();
create trigger changes_of_updated after update on users
  referencing old table as before new table as changed for each statement execute function record_changed_users();
create trigger changes_of_deleted after delete on users
  referencing old table as changed for each statement execute function record_users();
create trigger changes_of_emptied after truncate on users
  for each statement execute function record_emptied('author', 'user');

create trigger changes_of_updated after update on addresses
  referencing new table as changed for each statement execute function record_addresses();

insert into changes (kind, id, other)
select 'post', id, 0 from posts
union all select 'category', id, 0 from categories
union all select 'comment', id, 0 from comments
union all select 'link', post_id, category_id from post_categories
union all select kind, id, 0 from users, unnest(array['author', 'user']) kind;

create index changes_changed_in_idx on changes (changed_in, kind, id, other);
create index changes_deleted_at_idx on changes (deleted_at) where deleted_at is not null;

insert into change_histories (system, database, relation)
select system_identifier, d.oid, cast('changes' as regclass)
from pg_control_system(), pg_database d where d.datname = current_database();
