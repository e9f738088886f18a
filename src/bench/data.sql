-- A blog of :posts posts: 1,000 users with addresses, 100 categories, 3 categories to a post. For an empty, migrated
-- database, to be vacuumed and analyzed afterwards.
set session_replication_role = replica; -- no check of a foreign key per row: what is made here is right
insert into addresses (street, city, country) select 'Street ' || i, 'City', 'Country' from generate_series(1, 1000) i;
insert into users (email, name, password_hash, address_id)
  select 'user-' || i || '@quire.test', 'User ' || i, 'none', i from generate_series(1, 1000) i;
insert into categories (name) select 'Category ' || i from generate_series(1, 100) i;
insert into posts (title, content, author_id, created_at, updated_at)
  select 'Title ' || md5(i::text), 'Post ' || i || ' of word' || i % 1000 || repeat(' lorem ipsum dolor', 20), 1 + (i * 7919::bigint) % 1000, t, t
  from generate_series(1, :posts) i, lateral (select timestamptz '2020-01-01' + i * interval '1 minute' as t) made;
insert into post_categories (post_id, category_id, post_created_at)
  select p.id, 1 + (p.id * 31 + k * (17 + p.id / 100 % 7)) % 100, p.created_at from posts p, generate_series(0, 2) k;
set session_replication_role = origin;
