package clients

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"reflect"
	"regexp"
	"testing"

	quire "quire.test/clients/generated"
)

var next = regexp.MustCompile(`[?&]cursor=([^&>]*)[^>]*>; rel="next"`)

func TestScenario(t *testing.T) {
	configuration := quire.NewConfiguration()
	configuration.Servers = quire.ServerConfigurations{{URL: os.Getenv("QUIRE_API")}}
	api := quire.NewAPIClient(configuration)
	anyone := context.Background()
	number := random(t)
	email, password := number+"@quire.test", random(t)

	// A user is registered along with an address.
	registration := quire.NewRegistration(email, "Ada Lovelace", password)
	registration.SetAddress(*quire.NewAddressInput("12 St James's Square", "London", "United Kingdom"))
	user, _, err := api.AuthenticationAPI.Register(anyone).Registration(*registration).Execute()
	check(t, err)
	equal(t, email, user.Email)
	equal(t, "London", user.Address.Get().City)
	equal(t, false, user.CreatedBy.Get() != nil)

	// A refresh token is good once, and is answered with the next one.
	first, _, err := api.AuthenticationAPI.LogIn(anyone).LogInInput(*quire.NewLogInInput(email, password)).Execute()
	check(t, err)
	equal(t, user.Id, first.User.Id)
	second, _, err := api.AuthenticationAPI.Refresh(anyone).RefreshInput(*quire.NewRefreshInput(first.RefreshToken)).Execute()
	check(t, err)
	equal(t, false, first.RefreshToken == second.RefreshToken)
	me := context.WithValue(anyone, quire.ContextAccessToken, second.AccessToken)
	self, _, err := api.AuthenticationAPI.GetSelf(me).Execute()
	check(t, err)
	equal(t, user.Id, self.Id)

	// Posts have categories by id and by name.
	engines, _, err := api.CategoriesAPI.PutCategoryNamed(me, "Engines "+number).Execute()
	check(t, err)
	var made []int64
	for _, title := range []string{"One", "Two", "Three", "Four", "Five"} {
		input := quire.NewPostInput(title, "On the engine")
		input.SetCategories([]quire.CategoryReference{{Id: &engines.Id}, named("Numbers " + number)})
		post, _, err := api.PostsAPI.CreatePost(me).PostInput(*input).Execute()
		check(t, err)
		equal(t, user.Id, post.Author.Id)
		equal(t, []string{"Engines " + number, "Numbers " + number}, names(post))
		made = append([]int64{post.Id}, made...)
	}

	// A list is read page by page, for as long as there is a next one.
	var seen []int64
	request := api.PostsAPI.ListPosts(anyone).Category([]int64{engines.Id}).Limit(2)
	for {
		rows, response, err := request.Execute()
		check(t, err)
		equal(t, true, len(rows) <= 2)
		for _, row := range rows {
			seen = append(seen, row.Id)
		}
		link := next.FindStringSubmatch(response.Header.Get("Link"))
		if link == nil {
			break
		}
		request = request.Cursor(link[1])
	}
	equal(t, made, seen)

	// An export has every row, one in each line, and their number in the last.
	export, _, err := api.PostsAPI.ExportPosts(anyone).Category([]int64{engines.Id}).Execute()
	check(t, err)
	equal(t, made, exported(t, export))

	// Relations are embedded along with those that are required.
	include := []quire.PostRelation{quire.POSTRELATION_AUTHOR, quire.POSTRELATION_CATEGORIES, quire.POSTRELATION_COMMENTS}
	id := made[len(made)-1]
	post, response, err := api.PostsAPI.GetPost(anyone, id).Include(include).Execute()
	check(t, err)
	equal(t, int64(0), post.GetCommentCount())

	// Of two who change a post with the same tag, one wins; the other reloads and tries again.
	_, response, err = api.PostsAPI.GetPost(anyone, id).Execute()
	check(t, err)
	tag := response.Header.Get("ETag")
	title := "Notes"
	patched, _, err := api.PostsAPI.PatchPost(me, id).PostPatch(quire.PostPatch{Title: &title}).IfMatch(tag).Execute()
	check(t, err)
	equal(t, "Notes", patched.Title)
	history := quire.CategoryLinks{Connect: []quire.CategoryReference{named("History " + number)}}
	patch := api.PostsAPI.PatchPost(me, id).PostPatch(quire.PostPatch{Categories: &history})
	_, response, err = patch.IfMatch(tag).Execute()
	lost := refused(t, http.StatusPreconditionFailed, response, err)
	equal(t, "If-Match", lost.Errors[0].GetHeader())
	_, response, err = api.PostsAPI.GetPost(anyone, id).Execute()
	check(t, err)
	retried, _, err := patch.IfMatch(response.Header.Get("ETag")).Execute()
	check(t, err)
	equal(t, "Notes", retried.Title)
	equal(t, []string{"Engines " + number, "History " + number, "Numbers " + number}, names(retried))

	// A POST that may have been lost is sent again with its key.
	once := api.PostsAPI.CreatePost(me).PostInput(*quire.NewPostInput("Six", "Once")).IdempotencyKey(random(t))
	sent, _, err := once.Execute()
	check(t, err)
	again, response, err := once.Execute()
	check(t, err)
	equal(t, sent, again)
	equal(t, "true", response.Header.Get("Idempotency-Replayed"))
	six, response, err := api.PostsAPI.ListPostsOfUser(anyone, user.Id).Q("Once").Prefer("count=exact").Execute()
	check(t, err)
	equal(t, []quire.Post{*sent}, six)
	equal(t, "1", response.Header.Get("X-Total-Count"))

	// A problem says what is wrong, and where.
	bad := quire.NewPostInput("", "")
	bad.SetCategories([]quire.CategoryReference{{Id: &engines.Id}, named("")})
	_, response, err = api.PostsAPI.CreatePost(me).PostInput(*bad).Execute()
	invalid := refused(t, http.StatusUnprocessableEntity, response, err)
	equal(t, quire.PROBLEMTYPE_INVALID, invalid.Type)
	var pointers []string
	for _, violation := range invalid.Errors {
		pointers = append(pointers, violation.GetPointer())
	}
	equal(t, []string{"/categories/1/name", "/content", "/title"}, pointers)

	// A user with posts is deleted only with a policy for them.
	_, response, err = api.UsersAPI.DeleteUser(me, user.Id).Execute()
	inUse := refused(t, http.StatusConflict, response, err)
	equal(t, quire.PROBLEMTYPE_IN_USE, inUse.Type)
	equal(t, int64(6), inUse.Relations[0].Count)
	preview, _, err := api.UsersAPI.DeleteUser(me, user.Id).OnDelete("cascade").DryRun(true).Execute()
	check(t, err)
	equal(t, true, len(preview.Deleted) > 0)
	_, response, err = api.UsersAPI.DeleteUser(me, user.Id).OnDelete("cascade").Execute()
	check(t, err)
	equal(t, http.StatusNoContent, response.StatusCode)
	_, response, err = api.PostsAPI.GetPost(anyone, id).Execute()
	refused(t, http.StatusNotFound, response, err)
}

func named(name string) quire.CategoryReference {
	return quire.CategoryReference{Name: &name}
}

func names(post *quire.Post) []string {
	var names []string
	for _, category := range post.Categories {
		names = append(names, category.Name)
	}
	return names
}

// The ids of the rows of an export, which has their number in its last line.
func exported(t *testing.T, export *os.File) []int64 {
	t.Helper()
	_, err := export.Seek(0, 0)
	check(t, err)
	var ids []int64
	last := ""
	for lines := bufio.NewScanner(export); lines.Scan(); last = lines.Text() {
		if last != "" {
			var row quire.Post
			check(t, json.Unmarshal([]byte(last), &row))
			ids = append(ids, row.Id)
		}
	}
	equal(t, fmt.Sprintf(`{"count":%d}`, len(ids)), last)
	return ids
}

// The problem of an answer, which has to have this status.
func refused(t *testing.T, status int, response *http.Response, err error) quire.Problem {
	t.Helper()
	refusal, is := err.(*quire.GenericOpenAPIError)
	if !is {
		t.Fatalf("no refusal: %v", err)
	}
	equal(t, status, response.StatusCode)
	problem, is := refusal.Model().(quire.Problem)
	if !is {
		t.Fatalf("no problem: %v", refusal.Model())
	}
	return problem
}

func random(t *testing.T) string {
	bytes := make([]byte, 16)
	_, err := rand.Read(bytes)
	check(t, err)
	return hex.EncodeToString(bytes)
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal(t *testing.T, expected, found interface{}) {
	t.Helper()
	if !reflect.DeepEqual(expected, found) {
		t.Fatalf("expected %v, found %v", expected, found)
	}
}
