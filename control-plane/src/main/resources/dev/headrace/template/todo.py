from itertools import count

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

app = FastAPI(title="TODO")

todos: dict[int, "Todo"] = {}
numbers = count(1)


class NewTodo(BaseModel):
    title: str = Field(min_length=1, max_length=200)


class Todo(NewTodo):
    id: int
    done: bool = False


@app.get("/todos")
def list_todos() -> list[Todo]:
    return list(todos.values())


@app.post("/todos", status_code=201)
def add_todo(new: NewTodo) -> Todo:
    todo = Todo(id=next(numbers), title=new.title)
    todos[todo.id] = todo
    return todo


@app.put("/todos/{todo_id}/done")
def complete_todo(todo_id: int) -> Todo:
    todo = find(todo_id)
    todo.done = True
    return todo


@app.delete("/todos/{todo_id}", status_code=204)
def delete_todo(todo_id: int) -> None:
    find(todo_id)
    del todos[todo_id]


def find(todo_id: int) -> Todo:
    if todo_id not in todos:
        raise HTTPException(status_code=404, detail=f"There is no todo {todo_id}")
    return todos[todo_id]
