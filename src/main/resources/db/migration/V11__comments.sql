-- A comment goes with its post. That of an author who is deleted needs a decision, as the posts do.
create table comments (
  id         bigint         generated always as identity,
  version    integer        not null default 0,
  content    varchar(10000) not null,
  post_id    bigint         not null,
  author_id  bigint         not null,
  created_at timestamp(6) with time zone not null default now(),
  updated_at timestamp(6) with time zone not null default now(),
  constraint comments_pkey primary key (id),
  constraint comments_post_id_fkey foreign key (post_id) references posts (id) on delete cascade,
  constraint comments_author_id_fkey foreign key (author_id) references users (id)
);

create index comments_post_id_idx on comments (post_id, created_at, id);
create index comments_author_id_idx on comments (author_id, created_at, id);
