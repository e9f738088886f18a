-- Titles and names are sorted as people sort, in every locale of the cluster.
alter table posts alter title type varchar(200) collate "und-x-icu";
alter table users alter name type varchar(100) collate "und-x-icu";

create index posts_title_idx on posts (title, id);
create index posts_author_id_title_idx on posts (author_id, title, id);
create index users_created_at_idx on users (created_at, id);
create index users_name_idx on users (name, id);

-- Words as they are, without the rules of one language.
alter table posts add search tsvector generated always as (to_tsvector('simple', title || ' ' || content)) stored;
create index posts_search_idx on posts using gin (search);

-- A link knows how old its post is, so that the newest posts of a category are next to each other in an index.
alter table post_categories add post_created_at timestamp(6) with time zone;
update post_categories set post_created_at = created_at from posts where id = post_id;
alter table post_categories alter post_created_at set not null;
create index post_categories_newest_idx on post_categories (category_id, post_created_at, post_id);
drop index post_categories_category_id_idx;

-- For the last release, and for SQL typed by hand. Of a post that is not there, the foreign key says so.
create function post_created_at() returns trigger language plpgsql as $$
begin
  new.post_created_at := coalesce((select created_at from posts where id = new.post_id), 'infinity');
  return new;
end $$;
create trigger post_created_at before insert on post_categories
  for each row when (new.post_created_at is null) execute function post_created_at();

create function post_created_at_changed() returns trigger language plpgsql as $$
begin
  update post_categories set post_created_at = new.created_at where post_id = new.id;
  return null;
end $$;
create trigger post_created_at_changed after update of created_at on posts
  for each row when (new.created_at <> old.created_at) execute function post_created_at_changed();
