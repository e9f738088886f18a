// The API of the article in one file: its entities, its queries, its guard that reads the user of the token, its validation
// and its serialization. https://wanago.io/2020/06/22/api-nestjs-relationships-postgres-typeorm/
import "reflect-metadata";
import {
  Body, CanActivate, ClassSerializerInterceptor, Controller, ExecutionContext, Get, Injectable, Module, NotFoundException,
  Param, ParseIntPipe, Post as PostMethod, Query, Req, UnauthorizedException, UseGuards, UseInterceptors, ValidationPipe,
} from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { JwtModule, JwtService } from "@nestjs/jwt";
import { InjectRepository, TypeOrmModule } from "@nestjs/typeorm";
import { Exclude, Type } from "class-transformer";
import { IsArray, IsInt, IsNotEmpty, IsString, ValidateNested } from "class-validator";
import { Column, Entity, JoinColumn, JoinTable, ManyToMany, ManyToOne, PrimaryGeneratedColumn, Repository } from "typeorm";

@Entity("users")
class User {
  @PrimaryGeneratedColumn({ type: "bigint" }) id: number;
  @Column() email: string;
  @Column() name: string;
  @Column({ name: "password_hash" }) @Exclude() password: string;
}

@Entity("categories")
class Category {
  @PrimaryGeneratedColumn({ type: "bigint" }) id: number;
  @Column() name: string;
}

@Entity("posts")
class Post {
  @PrimaryGeneratedColumn({ type: "bigint" }) id: number;
  @Column() title: string;
  @Column() content: string;
  @ManyToOne(() => User) @JoinColumn({ name: "author_id" }) author: User;
  @ManyToMany(() => Category)
  @JoinTable({
    name: "post_categories",
    joinColumn: { name: "post_id" },
    inverseJoinColumn: { name: "category_id" },
  })
  categories: Category[];
}

class CategoryId {
  @IsInt() id: number;
}

class CreatePost {
  @IsString() @IsNotEmpty() title: string;
  @IsString() @IsNotEmpty() content: string;
  @IsArray() @ValidateNested({ each: true }) @Type(() => CategoryId) categories: CategoryId[];
}

@Injectable()
class JwtGuard implements CanActivate {
  constructor(
    private readonly jwt: JwtService,
    @InjectRepository(User) private readonly users: Repository<User>,
  ) {}

  async canActivate(context: ExecutionContext) {
    const request = context.switchToHttp().getRequest();
    try {
      const token = (request.headers.authorization ?? "").replace("Bearer ", "");
      const { id } = await this.jwt.verifyAsync(token);
      request.user = await this.users.findOneByOrFail({ id });
      return true;
    } catch {
      throw new UnauthorizedException();
    }
  }
}

@Controller("posts")
@UseInterceptors(ClassSerializerInterceptor)
class PostsController {
  constructor(@InjectRepository(Post) private readonly posts: Repository<Post>) {}

  @Get()
  getAll(@Query("limit", ParseIntPipe) limit: number) {
    return this.posts.find({ relations: { author: true, categories: true }, order: { id: "DESC" }, take: limit });
  }

  @Get(":id")
  async getById(@Param("id", ParseIntPipe) id: number) {
    const post = await this.posts.findOne({ where: { id }, relations: { author: true, categories: true } });
    if (!post) throw new NotFoundException();
    return post;
  }

  @PostMethod()
  @UseGuards(JwtGuard)
  create(@Body() post: CreatePost, @Req() request: { user: User }) {
    return this.posts.save(this.posts.create({ ...post, author: request.user }));
  }
}

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: "postgres", url: process.env.DATABASE_URL, entities: [User, Category, Post] }),
    TypeOrmModule.forFeature([User, Post]),
    JwtModule.register({ secret: process.env.JWT_SECRET, signOptions: { expiresIn: "15m" } }),
  ],
  controllers: [PostsController],
  providers: [JwtGuard],
})
class AppModule {}

async function main() {
  const app = await NestFactory.create(AppModule, { logger: ["error", "warn"] });
  app.useGlobalPipes(new ValidationPipe());
  await app.listen(Number(process.env.PORT), "127.0.0.1");
  // The benchmark is logged in as the first user.
  console.log(app.get(JwtService).sign({ id: 1 }));
}

void main();
