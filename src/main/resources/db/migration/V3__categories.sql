create table categories (
  id      bigint      generated always as identity,
  version integer     not null default 0,
  -- Sorted as people sort, in every locale of the cluster.
  name    varchar(50) collate "und-x-icu" not null,
  constraint categories_pkey primary key (id)
);

create unique index categories_name_key on categories (fold(name));
create index categories_name_idx on categories (name);

-- A link lives as long as both of its ends.
create table post_categories (
  post_id     bigint not null,
  category_id bigint not null,
  constraint post_categories_pkey primary key (post_id, category_id),
  constraint post_categories_post_id_fkey foreign key (post_id) references posts (id) on delete cascade,
  constraint post_categories_category_id_fkey foreign key (category_id) references categories (id) on delete cascade
);

create index post_categories_category_id_idx on post_categories (category_id, post_id);
